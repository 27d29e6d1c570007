/* A status in words. A file of its own: firmware that does not print them has no room for them. */
#include "spikelet.h"

const char *spikelet_status_text(spikelet_status status) {
  switch (status) {
    case SPIKELET_OK:
      return "done";
    case SPIKELET_BAD_LENGTH:
      return "the blob is cut off, or longer than it says";
    case SPIKELET_BAD_MAGIC:
      return "this is no blob";
    case SPIKELET_BAD_VERSION:
      return "the blob has another format version; export it anew";
    case SPIKELET_BAD_CRC:
      return "the blob is damaged, its checksum does not hold";
    case SPIKELET_BAD_HEADER:
    case SPIKELET_BAD_SECTION:
    case SPIKELET_BAD_OPERATION:
    case SPIKELET_BAD_SHAPE:
    case SPIKELET_BAD_PARAMETER:
    case SPIKELET_BAD_RANGE:
    case SPIKELET_BAD_LEARNING:
      return "the blob contradicts itself; export it anew";
    case SPIKELET_UNKNOWN_SECTION:
      return "the blob needs a newer core";
    case SPIKELET_BAD_ARENA:
      return "the arena is too small";
    case SPIKELET_BAD_ALIGNMENT:
      return "blob, arena or snapshot do not lie at a multiple of 16";
    case SPIKELET_NOT_LEARNING:
      return "the blob has no learning of this schedule";
    case SPIKELET_BAD_TARGET:
      return "there is no such class, or the reward is out of range";
    case SPIKELET_BAD_STEPS:
      return "no steps, or more than the blob has room for";
    case SPIKELET_BAD_INPUT:
      return "input of the other kind, or a spike of an input that does not exist";
    case SPIKELET_NOT_RECORDED:
      return "nothing is recorded to learn from; run with SPIKELET_RECORD";
    case SPIKELET_NO_SPACE:
      return "too little room";
    case SPIKELET_FAULT:
      return "the core left its memory: RAM was overwritten";
    case SPIKELET_STORE_EMPTY:
      return "no whole snapshot in flash";
    case SPIKELET_STORE_FAILED:
      return "the flash did not take what was written";
    case SPIKELET_STORE_IN_USE:
      return "the network's blob lies in the slot to be erased; open the newest snapshot first";
  }
  return "unknown";
}

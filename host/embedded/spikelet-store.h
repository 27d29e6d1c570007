/*
 * Snapshots in flash that survive a power cut: two slots, written in turn. A slot counts once its header is there, which is
 * programmed last, in one go; of two that count, the one with the later sequence number. So whenever the power goes, the snapshot
 * from before is found, or the new one, whole.
 *
 * ╒══════════════════════ slot, slot_bytes ══════════════════════╕
 *    0        4           8        12         16      20         32
 * ├────────┼───────────┼────────┼──────────┼───────┼───────────┼──────────────────┤
 * │ "SPKS" │ sequence  │ length │ CRC blob │ CRC » │ 255 …     │ the blob, 255 …  │
 * └────────┴───────────┴────────┴──────────┴───────┴───────────┴──────────────────┘
 * » of the sixteen bytes before it. The blob lies at a multiple of 16 and is opened where it is.
 */
#ifndef SPIKELET_STORE_H
#define SPIKELET_STORE_H

#include "spikelet.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Bytes of a slot before its blob. */
#define SPIKELET_SLOT_HEADER 32u

/** Two slots of a flash that can be read like memory; offsets count from the first slot's first byte. */
typedef struct {
  /** where the first slot is read; multiple of 16. The second one follows it. */
  const uint8_t *mapped;
  /** bytes of one slot: a multiple of page_bytes, at least SPIKELET_SLOT_HEADER more than a snapshot has */
  uint32_t slot_bytes;
  /** what is erased at once */
  uint32_t page_bytes;
  /** what is programmed at once: 1, 2, 4, 8, 16 or 32 bytes */
  uint32_t unit_bytes;
  /** Sets a page to 255. @return 0 for done */
  int (*erase)(void *context, uint32_t offset);
  /** Programs bytes that are 255 so far. @param bytes a multiple of unit_bytes, as offset is. @return 0 for done */
  int (*program)(void *context, uint32_t offset, const void *data, uint32_t bytes);
  /** for erase and program */
  void *context;
} spikelet_flash_t;

/**
 * Finds the newest whole snapshot.
 *
 * @param blob, bytes what spikelet_open() takes; unchanged where there is none
 * @return SPIKELET_STORE_EMPTY
 */
spikelet_status spikelet_store_newest(const spikelet_flash_t *flash, const void **blob, uint32_t *bytes);

/**
 * Writes a snapshot into the slot that does not hold the newest one, which is erased first. A network that was opened from there
 * would lose its blob, so after a save open the newest snapshot: the network goes on with all that it learnt, at rest.
 *
 * @param net the network that runs, or NULL
 * @param blob in RAM, or anywhere but in these slots
 * @param bytes its length
 * @return SPIKELET_NO_SPACE where it is longer than a slot, SPIKELET_STORE_IN_USE where the network's blob lies in the slot to be
 *   erased, then nothing was touched; SPIKELET_STORE_FAILED where the flash refuses, or holds another thing than was written, then
 *   the newest snapshot is the one from before
 */
spikelet_status spikelet_store_save(const spikelet_flash_t *flash, const spikelet_t *net, const void *blob, uint32_t bytes);

#ifdef __cplusplus
}
#endif

#endif

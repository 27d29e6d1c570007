/* Two slots in flash. What is read is read through `mapped`, what was written is read again before it counts. */
#include "spikelet-store.h"

#define SLOT_MAGIC 0x534b5053u /* "SPKS" */
#define CHECKED_WORDS 4u
#define LARGEST_UNIT 32u

typedef struct {
  uint32_t magic;
  uint32_t sequence;
  uint32_t length;
  uint32_t blob_crc;
  uint32_t header_crc;
  uint32_t unused[3];
} header_t;

/** CRC-32 as in zlib, four bits at a time. */
static uint32_t crc32(const void *data, uint32_t bytes) {
  static const uint32_t table[16] = {
      0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
      0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
  };
  const uint8_t *p = data;
  uint32_t crc = 0xffffffffu;
  while (bytes--) {
    crc ^= *p++;
    crc = (crc >> 4) ^ table[crc & 15];
    crc = (crc >> 4) ^ table[crc & 15];
  }
  return ~crc;
}

static const uint8_t *slot_at(const spikelet_flash_t *flash, uint32_t slot) {
  return flash->mapped + slot * flash->slot_bytes;
}

/** A slot's header, or NULL where the slot does not count. */
static const header_t *whole(const spikelet_flash_t *flash, uint32_t slot) {
  const header_t *header = (const void *)slot_at(flash, slot);
  if (header->magic != SLOT_MAGIC || header->header_crc != crc32(header, 4 * CHECKED_WORDS)) return NULL;
  if (header->length > flash->slot_bytes - SPIKELET_SLOT_HEADER) return NULL;
  return header->blob_crc == crc32((const uint8_t *)header + SPIKELET_SLOT_HEADER, header->length) ? header : NULL;
}

/** The header of the newest snapshot, or NULL. */
static const header_t *newest(const spikelet_flash_t *flash) {
  const header_t *first = whole(flash, 0), *second = whole(flash, 1);
  if (!first || !second) return first ? first : second;
  // numbers that have wrapped are still later than those before
  return (int32_t)(second->sequence - first->sequence) > 0 ? second : first;
}

spikelet_status spikelet_store_newest(const spikelet_flash_t *flash, const void **blob, uint32_t *bytes) {
  const header_t *header = newest(flash);
  if (!header) return SPIKELET_STORE_EMPTY;
  *blob = (const uint8_t *)header + SPIKELET_SLOT_HEADER;
  *bytes = header->length;
  return SPIKELET_OK;
}

/** The header's page is the first to go: from then on the slot does not count. */
static int erase(const spikelet_flash_t *flash, uint32_t slot) {
  for (uint32_t at = 0; at < flash->slot_bytes; at += flash->page_bytes) {
    if (flash->erase(flash->context, slot * flash->slot_bytes + at)) return 0;
  }
  return 1;
}

/** Programs whole units, and what is left in one that is filled up with 255. */
static int program(const spikelet_flash_t *flash, uint32_t offset, const uint8_t *data, uint32_t bytes) {
  const uint32_t left = bytes % flash->unit_bytes, units = bytes - left;
  uint32_t padded[LARGEST_UNIT / 4];
  if (units && flash->program(flash->context, offset, data, units)) return 0;
  if (!left) return 1;
  for (uint32_t i = 0; i < LARGEST_UNIT; i++) ((uint8_t *)padded)[i] = i < left ? data[units + i] : 255;
  return !flash->program(flash->context, offset + units, padded, flash->unit_bytes);
}

static int lies_in(const void *p, const uint8_t *slot, uint32_t bytes) {
  return (uintptr_t)p - (uintptr_t)slot < bytes;
}

spikelet_status spikelet_store_save(const spikelet_flash_t *flash, const spikelet_t *net, const void *blob, uint32_t bytes) {
  const header_t *last = newest(flash);
  const uint32_t slot = last && lies_in(last, slot_at(flash, 0), flash->slot_bytes) ? 1 : 0;
  const uint32_t offset = slot * flash->slot_bytes, sequence = last ? last->sequence + 1 : 1;
  if (bytes > flash->slot_bytes - SPIKELET_SLOT_HEADER) return SPIKELET_NO_SPACE;
  if (net && lies_in(net->blob, slot_at(flash, slot), flash->slot_bytes)) return SPIKELET_STORE_IN_USE;
  header_t header = {SLOT_MAGIC, sequence, bytes, crc32(blob, bytes), 0, {0xffffffffu, 0xffffffffu, 0xffffffffu}};
  header.header_crc = crc32(&header, 4 * CHECKED_WORDS);
  if (!erase(flash, slot) || !program(flash, offset + SPIKELET_SLOT_HEADER, blob, bytes)) return SPIKELET_STORE_FAILED;
  // what was not taken as it was given must not be crowned by a header
  if (crc32(slot_at(flash, slot) + SPIKELET_SLOT_HEADER, bytes) != header.blob_crc) return SPIKELET_STORE_FAILED;
  if (!program(flash, offset, (const uint8_t *)&header, sizeof header)) return SPIKELET_STORE_FAILED;
  return whole(flash, slot) ? SPIKELET_OK : SPIKELET_STORE_FAILED;
}

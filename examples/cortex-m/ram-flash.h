/* Flash as QEMU's boards do not have it: two slots in code memory, erased to 255, in which bits can only be cleared. */
#ifndef RAM_FLASH_H
#define RAM_FLASH_H

#include "spikelet-store.h"

#define PAGE_BYTES 4096u

static uint8_t slots[2][2 * PAGE_BYTES] __attribute__((section(".slots"), aligned(4096)));

static int erase_page(void *context, uint32_t offset) {
  uint8_t *page = &slots[0][0] + offset;
  (void)context;
  for (uint32_t i = 0; i < PAGE_BYTES; i++) page[i] = 255;
  return 0;
}

static int program_units(void *context, uint32_t offset, const void *data, uint32_t bytes) {
  uint8_t *to = &slots[0][0] + offset;
  const uint8_t *from = (const uint8_t *)data;
  (void)context;
  for (uint32_t i = 0; i < bytes; i++) to[i] &= from[i];
  return 0;
}

static const spikelet_flash_t ram_flash = {&slots[0][0], sizeof slots[0], PAGE_BYTES, 8, erase_page, program_units, 0};

#endif

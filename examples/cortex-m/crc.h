/* CRC-32 as in zlib, to compare what was worked out here with what another machine says. */
#ifndef CRC_H
#define CRC_H

#include <stdint.h>

static inline uint32_t crc32_of(uint32_t crc, const void *data, uint32_t bytes) {
  const uint8_t *p = (const uint8_t *)data;
  crc = ~crc;
  while (bytes--) {
    crc ^= *p++;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xedb88320u & -(crc & 1));
  }
  return ~crc;
}

#endif

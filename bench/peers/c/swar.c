/* Scalar kernels: four 16-bit lanes in a 64-bit word. */
#include "net.h"

#include <string.h>

#define FLUSH 256 /* rows that 16-bit lanes take: 257 * 255 = 65535 */
#define EVEN UINT64_C(0x00ff00ff00ff00ff)

static inline uint64_t load64(const uint8_t *p) {
  uint64_t word;
  memcpy(&word, p, 8);
  return word;
}

/* Eight columns: all lanes' sum, carries and all, and the odd lanes' own. */
static inline void flush(int32_t *acc, uint64_t all, uint64_t odd, uint32_t offset, int adds) {
  uint64_t even = all - (odd << 8);
  for (int lane = 0; lane < 4; lane++) {
    int32_t low = (int32_t)((uint32_t)(even & 0xffff) - offset);
    int32_t high = (int32_t)((uint32_t)(odd & 0xffff) - offset);
    acc[2 * lane] = adds ? acc[2 * lane] + low : low;
    acc[2 * lane + 1] = adds ? acc[2 * lane + 1] + high : high;
    even >>= 16;
    odd >>= 16;
  }
}

static void tiles(const Layer *layer, const uint16_t *list, uint32_t rows, int32_t *acc, int adds) {
  const uint16_t *end = list + rows;
  const uint32_t offset = rows << 7;
  const size_t stride = layer->stride;
  size_t column = 0;
  for (; column + 32 <= stride; column += 32) {
    const uint8_t *base = layer->weights + column;
    uint64_t a0 = 0, a1 = 0, a2 = 0, a3 = 0, a4 = 0, a5 = 0, a6 = 0, a7 = 0;
    for (const uint16_t *p = list; p < end; p++) {
      const uint8_t *row = base + *p * stride;
      const uint64_t w0 = load64(row), w1 = load64(row + 8), w2 = load64(row + 16), w3 = load64(row + 24);
      a0 += w0;
      a1 += (w0 >> 8) & EVEN;
      a2 += w1;
      a3 += (w1 >> 8) & EVEN;
      a4 += w2;
      a5 += (w2 >> 8) & EVEN;
      a6 += w3;
      a7 += (w3 >> 8) & EVEN;
    }
    flush(acc + column, a0, a1, offset, adds);
    flush(acc + column + 8, a2, a3, offset, adds);
    flush(acc + column + 16, a4, a5, offset, adds);
    flush(acc + column + 24, a6, a7, offset, adds);
  }
  for (; column < stride; column += 8) {
    const uint8_t *base = layer->weights + column;
    uint64_t a0 = 0, a1 = 0;
    for (const uint16_t *p = list; p < end; p++) {
      const uint64_t w0 = load64(base + *p * stride);
      a0 += w0;
      a1 += (w0 >> 8) & EVEN;
    }
    flush(acc + column, a0, a1, offset, adds);
  }
}

void dense(const Layer *layer, const uint16_t *list, uint32_t count, int32_t *acc) {
  int adds = 0;
  do {
    const uint32_t rows = count < FLUSH ? count : FLUSH;
    tiles(layer, list, rows, acc, adds);
    adds = 1;
    list += rows;
    count -= rows;
  } while (count);
}

static inline int32_t decay(int32_t x, uint32_t b) {
  const int32_t s = x >> 31;
  return ((int32_t)((uint32_t)((x ^ s) - s) * b >> 16) ^ s) - s;
}

static inline int32_t scale(int32_t x, int32_t k) {
  return k >= 0 ? (int32_t)((uint32_t)x << k) : (x + (1 << (-k - 1))) >> -k;
}

static inline int32_t clamp(int32_t x, int32_t low, int32_t high) {
  return x < low ? low : x > high ? high : x;
}

uint32_t fire(const Layer *layer, const int32_t *acc, uint16_t *list) {
  uint32_t count = 0;
  for (uint32_t j = 0; j < layer->neurons; j++) {
    const int32_t theta = layer->thresholds[j], before = layer->membranes[j];
    const int32_t drive = scale(acc[j], layer->shift) + layer->biases[j] - (before > theta ? theta : 0);
    const int32_t u = clamp(decay(before, layer->decays[j]) + drive, layer->lower, 32767);
    layer->membranes[j] = (int16_t)u;
    list[count] = (uint16_t)j;
    count += u > theta;
  }
  return count;
}

void integrate(const Layer *layer, const int32_t *acc) {
  for (uint32_t k = 0; k < layer->neurons; k++) {
    const int32_t drive = scale(acc[k], layer->shift) + layer->biases[k];
    const int32_t u = clamp(decay(layer->membranes[k], layer->decays[k]) + drive, layer->lower, 32767);
    layer->membranes[k] = (int16_t)u;
  }
}

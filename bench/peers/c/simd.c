/* Kernels on 128-bit vectors, SSE 4.1. */
#include "net.h"

#include <smmintrin.h>

#define FLUSH 256 /* rows that 16-bit lanes take: 257 * 255 = 65535 */

static inline __m128i load(const uint8_t *p) {
  return _mm_load_si128((const __m128i *)p);
}

static inline void flush8(int32_t *acc, __m128i lanes, __m128i offset, int adds) {
  __m128i low = _mm_sub_epi32(_mm_cvtepu16_epi32(lanes), offset);
  __m128i high = _mm_sub_epi32(_mm_unpackhi_epi16(lanes, _mm_setzero_si128()), offset);
  __m128i *at = (__m128i *)acc;
  if (adds) {
    low = _mm_add_epi32(low, _mm_load_si128(at));
    high = _mm_add_epi32(high, _mm_load_si128(at + 1));
  }
  _mm_store_si128(at, low);
  _mm_store_si128(at + 1, high);
}

/* Sixteen columns: the sum of whole 16-bit lanes, carries lost, and that of the odd columns, their upper halves. */
static inline void flush16(int32_t *acc, __m128i all, __m128i odd, __m128i offset, int adds) {
  const __m128i even = _mm_sub_epi16(all, _mm_slli_epi16(odd, 8));
  flush8(acc, _mm_unpacklo_epi16(even, odd), offset, adds);
  flush8(acc + 8, _mm_unpackhi_epi16(even, odd), offset, adds);
}

static void tiles(const Layer *layer, const uint16_t *list, uint32_t rows, int32_t *acc, int adds) {
  const uint16_t *end = list + rows;
  const __m128i offset = _mm_set1_epi32((int)(rows << 7));
  const size_t stride = layer->stride;
  size_t column = 0;
  for (; column + 64 <= stride; column += 64) {
    const uint8_t *base = layer->weights + column;
    __m128i a0 = _mm_setzero_si128(), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
    for (const uint16_t *p = list; p < end; p++) {
      const uint8_t *row = base + *p * stride;
      const __m128i w0 = load(row), w1 = load(row + 16), w2 = load(row + 32), w3 = load(row + 48);
      a0 = _mm_add_epi16(a0, w0);
      a1 = _mm_add_epi16(a1, _mm_srli_epi16(w0, 8));
      a2 = _mm_add_epi16(a2, w1);
      a3 = _mm_add_epi16(a3, _mm_srli_epi16(w1, 8));
      a4 = _mm_add_epi16(a4, w2);
      a5 = _mm_add_epi16(a5, _mm_srli_epi16(w2, 8));
      a6 = _mm_add_epi16(a6, w3);
      a7 = _mm_add_epi16(a7, _mm_srli_epi16(w3, 8));
    }
    flush16(acc + column, a0, a1, offset, adds);
    flush16(acc + column + 16, a2, a3, offset, adds);
    flush16(acc + column + 32, a4, a5, offset, adds);
    flush16(acc + column + 48, a6, a7, offset, adds);
  }
  for (; column < stride; column += 16) {
    const uint8_t *base = layer->weights + column;
    __m128i a0 = _mm_setzero_si128(), a1 = a0;
    for (const uint16_t *p = list; p < end; p++) {
      const __m128i w = load(base + *p * stride);
      a0 = _mm_add_epi16(a0, w);
      a1 = _mm_add_epi16(a1, _mm_srli_epi16(w, 8));
    }
    flush16(acc + column, a0, a1, offset, adds);
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

/* Decay and input of eight neurons, less what a reset takes. */
static inline __m128i move8(const Layer *layer, const int32_t *acc, uint32_t j, __m128i u, __m128i taken) {
  const __m128i sign = _mm_srai_epi16(u, 15);
  const __m128i kept = _mm_mulhi_epu16(_mm_abs_epi16(u), _mm_load_si128((const __m128i *)(layer->decays + j)));
  u = _mm_sub_epi16(_mm_xor_si128(kept, sign), sign);

  const __m128i left = _mm_cvtsi32_si128(layer->shift > 0 ? layer->shift : 0);
  const int32_t r = layer->shift < 0 ? -layer->shift : 0;
  const __m128i right = _mm_cvtsi32_si128(r), half = _mm_set1_epi32((1 << r) >> 1);
  const __m128i *a = (const __m128i *)(acc + j);
  __m128i low = _mm_sra_epi32(_mm_add_epi32(_mm_sll_epi32(_mm_load_si128(a), left), half), right);
  __m128i high = _mm_sra_epi32(_mm_add_epi32(_mm_sll_epi32(_mm_load_si128(a + 1), left), half), right);
  const __m128i *b = (const __m128i *)(layer->biases + j);
  low = _mm_add_epi32(low, _mm_load_si128(b));
  high = _mm_add_epi32(high, _mm_load_si128(b + 1));
  const __m128i net = _mm_cvtepi16_epi32(u), netHigh = _mm_cvtepi16_epi32(_mm_srli_si128(u, 8));
  low = _mm_add_epi32(low, _mm_sub_epi32(net, _mm_cvtepi16_epi32(taken)));
  high = _mm_add_epi32(high, _mm_sub_epi32(netHigh, _mm_cvtepi16_epi32(_mm_srli_si128(taken, 8))));
  return _mm_max_epi16(_mm_set1_epi16((short)layer->lower), _mm_packs_epi32(low, high));
}

uint32_t fire(const Layer *layer, const int32_t *acc, uint16_t *list) {
  uint16_t *end = list;
  for (uint32_t j = 0; j < layer->neurons; j += 8) {
    __m128i *at = (__m128i *)(layer->membranes + j);
    const __m128i theta = _mm_load_si128((const __m128i *)(layer->thresholds + j));
    __m128i u = _mm_load_si128(at);
    u = move8(layer, acc, j, u, _mm_and_si128(theta, _mm_cmpgt_epi16(u, theta)));
    _mm_store_si128(at, u);
    const __m128i fires = _mm_cmpgt_epi16(u, theta);
    uint32_t bits = (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(fires, _mm_setzero_si128()));
    if (j + 8 > layer->neurons) bits &= (1u << (layer->neurons - j)) - 1;
    while (bits) {
      *end++ = (uint16_t)(j + (uint32_t)__builtin_ctz(bits));
      bits &= bits - 1;
    }
  }
  return (uint32_t)(end - list);
}

void integrate(const Layer *layer, const int32_t *acc) {
  for (uint32_t k = 0; k < layer->neurons; k += 8) {
    __m128i *at = (__m128i *)(layer->membranes + k);
    _mm_store_si128(at, move8(layer, acc, k, _mm_load_si128(at), _mm_setzero_si128()));
  }
}

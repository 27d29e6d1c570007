/*
 * What somebody writes by hand who has one net to run: one layer of leaky neurons that spike and are reset by subtraction, and a
 * leaky readout, in the same integers as the core (docs/ARITHMETIC.md), so that the scores are the same. Sizes are constants,
 * weights signed bytes, nothing is checked. INPUTS, HIDDEN, CLASSES and the arrays come from the net's header.
 */
#ifndef PLAIN_NET_H
#define PLAIN_NET_H

#include <stdint.h>
#include <string.h>

static int16_t hidden[HIDDEN];
static int16_t readout[CLASSES];
static int32_t drive[HIDDEN];
static int32_t scores[CLASSES];

static inline int32_t decayed(int32_t u, uint16_t decay) {
  // toward zero
  return u < 0 ? -((-u * decay) >> 16) : (u * decay) >> 16;
}

static inline int32_t clamped(int32_t u, int32_t lower) {
  return u < lower ? lower : u > INT16_MAX ? INT16_MAX : u;
}

/** Accumulators in the membrane's units. */
static inline int32_t scaled(int32_t sum, int shift) {
  return shift >= 0 ? sum << shift : (sum + (1 << (-shift - 1))) >> -shift;
}

static inline void to_rest(void) {
  memset(hidden, 0, sizeof hidden);
  memset(readout, 0, sizeof readout);
  memset(scores, 0, sizeof scores);
}

/** One step of both layers on what is in `drive`. */
static inline void step(void) {
  int32_t sums[CLASSES] = {0};
  for (int j = 0; j < HIDDEN; j++) {
    const int32_t threshold = hidden_threshold[j];
    int32_t u = hidden[j];
    const int32_t input = scaled(drive[j], HIDDEN_SHIFT) + hidden_bias[j] - (u > threshold ? threshold : 0);
    u = clamped(decayed(u, hidden_decay[j]) + input, HIDDEN_LOWER);
    hidden[j] = (int16_t)u;
    if (u <= threshold) continue;
    for (int k = 0; k < CLASSES; k++) sums[k] += readout_weights[j][k];
  }
  for (int k = 0; k < CLASSES; k++) {
    const int32_t u = decayed(readout[k], readout_decay[k]) + scaled(sums[k], READOUT_SHIFT) + readout_bias[k];
    readout[k] = (int16_t)clamped(u, READOUT_LOWER);
    scores[k] += readout[k];
  }
}

static inline uint32_t best(void) {
  uint32_t label = 0;
  for (uint32_t k = 1; k < CLASSES; k++) {
    if (scores[k] > scores[label]) label = k;
  }
  return label;
}

#endif

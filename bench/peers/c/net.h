/* The benchmark's net as C sees it: the arrays of the blob, and one step's kernels, of which there are two sets. */
#ifndef NET_H
#define NET_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint32_t neurons, stride;
  int32_t shift, lower;
  const uint8_t *weights;   /* input-major, a row of `stride` bytes a source, weight + 128 */
  const uint16_t *decays;   /* Q0.16 */
  const int16_t *thresholds;
  const int32_t *biases;
  int16_t *membranes;
} Layer;

/* Sums the rows of `list` into acc, i32[stride]. */
void dense(const Layer *layer, const uint16_t *list, uint32_t count, int32_t *acc);

/* Decay, input, reset by subtraction of the spike before, spikes; returns how many. */
uint32_t fire(const Layer *layer, const int32_t *acc, uint16_t *list);

/* Decay and input of the readout. */
void integrate(const Layer *layer, const int32_t *acc);

#endif

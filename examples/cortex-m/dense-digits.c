/*
 * A net of the same size that does not spike, 784-128-10 in int8, once a digit: what a frame costs with the arithmetic of TensorFlow
 * Lite Micro's reference kernels for fully connected layers (offsets, 32-bit sums, a fixed-point multiplier, a rounding shift).
 * Weights are the digits net's, for their number alone; its answers mean nothing.
 */
#include "digits-plain.h"
#include "digits-shown.h"
#include "report.h"

typedef struct {
  int32_t input_offset;
  int32_t output_offset;
  int32_t multiplier;
  /** to the right */
  int32_t shift;
  int32_t least;
} layer_t;

/** The high half of twice the product, rounded (gemmlowp). */
static int32_t rounding_doubling_high_mul(int32_t a, int32_t b) {
  if (a == b && a == INT32_MIN) return INT32_MAX;
  const int64_t product = (int64_t)a * b;
  const int32_t nudge = product >= 0 ? 1 << 30 : 1 - (1 << 30);
  return (int32_t)((product + nudge) / ((int64_t)1 << 31));
}

static int32_t rounding_divide_by_power(int32_t x, int32_t exponent) {
  const int32_t mask = (int32_t)((1u << exponent) - 1), remainder = x & mask;
  return (x >> exponent) + (remainder > (mask >> 1) + (x < 0));
}

/** Rows of weights are an output's. */
static void fully_connected(const layer_t *layer, const int8_t *input, int inputs, const int8_t *weights, const int32_t *bias,
                            int8_t *output, int outputs) {
  for (int j = 0; j < outputs; j++) {
    int32_t sum = 0;
    for (int i = 0; i < inputs; i++) sum += weights[j * inputs + i] * (input[i] + layer->input_offset);
    sum = rounding_divide_by_power(rounding_doubling_high_mul(sum + bias[j], layer->multiplier), layer->shift);
    sum += layer->output_offset;
    output[j] = (int8_t)(sum < layer->least ? layer->least : sum > INT8_MAX ? INT8_MAX : sum);
  }
}

static const layer_t first = {128, -128, 1518500250, 8, -128};
static const layer_t second = {128, 0, 1518500250, 7, -128};

static int32_t scores[CLASSES];

static void classify(const uint8_t *pixels) {
  static int8_t frame[INPUTS], between[HIDDEN], out[CLASSES];
  for (int i = 0; i < INPUTS; i++) frame[i] = (int8_t)(pixels[i] - 128);
  fully_connected(&first, frame, INPUTS, &hidden_weights[0][0], hidden_bias, between, HIDDEN);
  fully_connected(&second, between, HIDDEN, &readout_weights[0][0], readout_bias, out, CLASSES);
  for (int k = 0; k < CLASSES; k++) scores[k] = out[k];
}

int main(void) {
  report_t report = {0, 0, 0, 0};
  for (uint32_t i = 0; i < DIGITS_COUNT; i++) {
    count_from_here();
    classify(digit_pixels[i]);
    report.total += instructions();
    add_answer(&report, 0, scores, CLASSES);
  }
  print_report("before", &report);
  print_memory();
  return 0;
}

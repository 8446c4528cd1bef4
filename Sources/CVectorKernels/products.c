#include "CVectorKernels.h"
#include "support.h"

// Small matrix products, as attention has them for every sequence and head. A library's product
// copies and blocks its operands for large matrices; for some dozens of rows that costs as much as
// the product. Here the right operand is packed once, in panels of sixteen columns, and tiles of
// six rows by one panel are summed in registers.

enum { panel_width = VK_PANEL, tile_rows = 6, lanes = 8 };

typedef float panel_row __attribute__((vector_size(4 * VK_PANEL), aligned(4)));
typedef float lane_row __attribute__((vector_size(4 * lanes), aligned(4)));

VK_INLINE const float *row_of(struct vk_stack b, size_t row) {
  return row < b.first_rows ? b.first + row * b.stride
                            : b.second + (row - b.first_rows) * b.stride;
}

VK_KERNEL void vk_pack_rows(struct vk_stack b, size_t columns, float *panels) {
  const size_t rows = b.first_rows + b.second_rows;
  for (size_t start = 0; start < columns; start += panel_width) {
    const size_t width = columns - start < panel_width ? columns - start : panel_width;
    for (size_t k = 0; k < rows; k++) {
      const float *source = row_of(b, k) + start;
      if (width == panel_width) {
        *(panel_row *)panels = *(const panel_row *)source;
      } else {
        for (size_t j = 0; j < width; j++) panels[j] = source[j];
        for (size_t j = width; j < panel_width; j++) panels[j] = 0.0f;
      }
      panels += panel_width;
    }
  }
}

// Eight rows of eight, rows and columns exchanged.
VK_INLINE void transpose(lane_row r[lanes]) {
  lane_row s[lanes];
#pragma clang loop unroll(full)
  for (int i = 0; i < lanes; i += 2) {
    s[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    s[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  lane_row t[lanes];
#pragma clang loop unroll(full)
  for (int i = 0; i < lanes; i += 4) {
    t[i] = __builtin_shufflevector(s[i], s[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    t[i + 1] = __builtin_shufflevector(s[i], s[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    t[i + 2] = __builtin_shufflevector(s[i + 1], s[i + 3], 0, 1, 8, 9, 4, 5, 12, 13);
    t[i + 3] = __builtin_shufflevector(s[i + 1], s[i + 3], 2, 3, 10, 11, 6, 7, 14, 15);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; i++) {
    r[i] = __builtin_shufflevector(t[i], t[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    r[i + 4] = __builtin_shufflevector(t[i], t[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

VK_KERNEL void vk_pack_columns(struct vk_stack b, size_t inner, float *panels) {
  const size_t rows = b.first_rows + b.second_rows;
  for (size_t start = 0; start < rows; start += panel_width) {
    const size_t width = rows - start < panel_width ? rows - start : panel_width;
    for (size_t half = 0; half < panel_width; half += lanes) {
      size_t k = 0;
      for (; k + lanes <= inner; k += lanes) {
        lane_row r[lanes];
#pragma clang loop unroll(full)
        for (size_t j = 0; j < lanes; j++)
          r[j] = half + j < width ? *(const lane_row *)(row_of(b, start + half + j) + k)
                                  : (lane_row){0};
        transpose(r);
#pragma clang loop unroll(full)
        for (size_t j = 0; j < lanes; j++)
          *(lane_row *)(panels + (k + j) * panel_width + half) = r[j];
      }
      for (; k < inner; k++)
        for (size_t j = half; j < half + lanes; j++)
          panels[k * panel_width + j] = j < width ? row_of(b, start + j)[k] : 0.0f;
    }
    panels += inner * panel_width;
  }
}

// `rows` (a constant after inlining) by one panel.
VK_INLINE void tile(const float *a, size_t a_row, size_t a_column, const float *panel, size_t inner,
                    float *c, size_t c_row, size_t width, const size_t rows, float alpha,
                    int accumulate) {
#pragma clang fp contract(fast)
  panel_row sums[tile_rows] = {{0}};
  for (size_t k = 0; k < inner; k++) {
    const panel_row b = *(const panel_row *)(panel + k * panel_width);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) sums[i] += b * a[i * a_row + k * a_column];
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++) {
    float *ci = c + i * c_row;
    const panel_row scaled = sums[i] * alpha;
    if (width == panel_width) {
      *(panel_row *)ci = accumulate ? *(const panel_row *)ci + scaled : scaled;
    } else {
      float values[panel_width];
      *(panel_row *)values = scaled;
      for (size_t j = 0; j < width; j++) ci[j] = (accumulate ? ci[j] : 0.0f) + values[j];
    }
  }
}

VK_KERNEL void vk_panel_product(const float *a, size_t a_row, size_t a_column, const float *panels,
                                float *c, size_t c_row, size_t rows, size_t columns, size_t inner,
                                float alpha, int accumulate) {
  for (size_t start = 0; start < columns; start += panel_width) {
    const size_t width = columns - start < panel_width ? columns - start : panel_width;
    size_t i = 0;
    for (; i + tile_rows <= rows; i += tile_rows)
      tile(a + i * a_row, a_row, a_column, panels, inner, c + i * c_row + start, c_row, width,
           tile_rows, alpha, accumulate);
    const float *ai = a + i * a_row;
    float *ci = c + i * c_row + start;
    switch (rows - i) {
      case 5: tile(ai, a_row, a_column, panels, inner, ci, c_row, width, 5, alpha, accumulate); break;
      case 4: tile(ai, a_row, a_column, panels, inner, ci, c_row, width, 4, alpha, accumulate); break;
      case 3: tile(ai, a_row, a_column, panels, inner, ci, c_row, width, 3, alpha, accumulate); break;
      case 2: tile(ai, a_row, a_column, panels, inner, ci, c_row, width, 2, alpha, accumulate); break;
      case 1: tile(ai, a_row, a_column, panels, inner, ci, c_row, width, 1, alpha, accumulate); break;
    }
    panels += inner * panel_width;
  }
}

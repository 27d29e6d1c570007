/** How far two spike rasters agree. */

export class Agreement {
  private both = 0;
  private first = 0;
  private second = 0;

  /**
   * One step of a layer.
   *
   * @param raster of the one: 0 or 1 a neuron
   * @param fired of the other: indices, ascending
   * @returns the first neuron that fired in one of them only, −1 without one
   */
  add(raster: Uint8Array, fired: Uint16Array): number {
    let differs = -1;
    let at = 0;
    for (let j = 0; j < raster.length; j++) {
      const other = fired[at] === j;
      if (other) at++;
      this.first += raster[j];
      if (other && raster[j] === 1) this.both++;
      if (differs < 0 && other !== (raster[j] === 1)) differs = j;
    }
    this.second += fired.length;
    return differs;
  }

  /** Harmonic mean of precision and recall, 0 … 1; 1 where neither fired. */
  get f1(): number {
    const all = this.first + this.second;
    return all === 0 ? 1 : (2 * this.both) / all;
  }
}

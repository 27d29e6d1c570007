/** Spare classes that were learnt are spare no more. */
import { withMetadata } from "../writers/blob-metadata.js";
import type { OpenBlob } from "./files.js";

/**
 * Tells the metadata of a network what it has learned. Spare classes are the last ones, so that one below a class that was learnt
 * counts with it.
 *
 * @param labels of its lessons
 */
export function countLearnt({ net, metadata }: OpenBlob, labels: Iterable<number>): void {
  const spare = metadata.spareClasses ?? 0;
  let highest = -1;
  for (const label of labels) highest = Math.max(highest, label);
  const learnt = highest + 1 - (net.info.classes - spare);
  if (spare === 0 || learnt <= 0) return;
  const counts = { spareClasses: spare - learnt, learntClasses: (metadata.learntClasses ?? 0) + learnt };
  net.restore(withMetadata(net.snapshot(), { ...net.info.metadata, ...counts }));
}

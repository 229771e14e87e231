// @ts-check
// Which rows of a long table are in sight.

/** Rows beyond the edges, so that a turn of the wheel shows no gap. */
const MARGIN = 8;

/**
 * @param {{total: number, rowHeight: number, scrolled: number, height: number}} view heights in pixels
 * @returns {{first: number, last: number}} `last` is the first row that is not drawn any more
 */
export function rowsInSight({ total, rowHeight, scrolled, height }) {
  if (rowHeight <= 0) return { first: 0, last: Math.min(total, 2 * MARGIN) };
  const top = Math.min(Math.max(0, Math.floor(scrolled / rowHeight)), total);
  const last = Math.min(total, top + Math.ceil(height / rowHeight) + MARGIN + 1);
  return { first: Math.max(0, Math.min(top - MARGIN, last)), last };
}

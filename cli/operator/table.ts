// Rows as a table for people: columns as wide as they have to be.
import { escapeUnprintable } from '../../src/platform/identifiers/printable-text.ts'

/** The first row is the header. A line feed in a cell would be a row of its own. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => escapeUnprintable(cell).replaceAll('\n', '\\n')))
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

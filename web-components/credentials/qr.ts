import { html } from 'lit'

/** Light modules around a QR code without which cameras do not find it (ISO/IEC 18004 §6.3.8). */
const QUIET_ZONE = 4

/** A QR code as one path, black on white whatever the theme. `rows` is the matrix, `1` = dark. */
export function qrCode(rows: readonly string[], label: string) {
  const size = rows.length + 2 * QUIET_ZONE
  return html`<svg
    class="qr"
    viewBox="0 0 ${size} ${size}"
    role="img"
    aria-label=${label}
    shape-rendering="crispEdges"
  >
    <path fill="#fff" d="M0 0h${size}v${size}H0z"></path>
    <path fill="#000" d=${darkRuns(rows)}></path>
  </svg>`
}

function darkRuns(rows: readonly string[]): string {
  return rows
    .flatMap((row, y) =>
      [...row.matchAll(/1+/g)].map(
        ({ 0: run, index }) => `M${index + QUIET_ZONE} ${y + QUIET_ZONE}h${run.length}v1h-${run.length}z`,
      ),
    )
    .join('')
}

/** Red, green, blue in sRGB, each 0 to 255, whole. */
export type Rgb = readonly [red: number, green: number, blue: number]
/** Lightness 0 to 1, chroma, hue in degrees. @see https://www.w3.org/TR/css-color-4/#ok-lab */
type Oklch = readonly [lightness: number, chroma: number, hue: number]
/** A colour as CSS computes it: possibly see-through. */
export type Paint = { rgb: Rgb; alpha: number }

export const BLACK: Rgb = [0, 0, 0]
export const WHITE: Rgb = [255, 255, 255]

/**
 * Reads any colour that CSS knows, whatever space it is written in: the browser itself mixes it with itself in sRGB.
 * `probe` is an element in the page; null for what is no colour.
 */
export function readColour(probe: HTMLElement, css: string): Paint | null {
  // What is plain already costs no look at the page.
  const plain = parsePaint(css)
  if (plain || !css || css.includes('var(')) return plain
  const { style } = probe
  style.color = ''
  style.color = `color-mix(in srgb, ${css}, ${css})`
  return style.color ? parsePaint(getComputedStyle(probe).color) : null
}

/** What is seen where `over` lies on `ground`. */
export const composite = ({ rgb, alpha }: Paint, ground: Rgb): Rgb => mix(rgb, ground, alpha)

/** `share` of one colour and the rest of the other, as sRGB values are mixed. */
export const mix = (one: Rgb, other: Rgb, share: number): Rgb =>
  map(one, (value, at) => Math.round(value * share + (other[at] ?? 0) * (1 - share)))

export const toHex = (rgb: Rgb): string =>
  `#${rgb.map((value) => value.toString(16).padStart(2, '0')).join('')}`

/** @see WCAG 2.2, relative luminance */
export function luminance(rgb: Rgb): number {
  const [red, green, blue] = map(rgb, toLinear)
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** @see WCAG 2.2, contrast ratio: 1 to 21 */
export function contrast(one: Rgb, other: Rgb): number {
  const [a, b] = [luminance(one) + 0.05, luminance(other) + 0.05]
  return a > b ? a / b : b / a
}

export function toOklch(rgb: Rgb): Oklch {
  const [r, g, b] = map(rgb, toLinear)
  const l = Math.cbrt(0.41222 * r + 0.53633 * g + 0.05145 * b)
  const m = Math.cbrt(0.2119 * r + 0.6807 * g + 0.1074 * b)
  const s = Math.cbrt(0.0883 * r + 0.28172 * g + 0.62998 * b)
  const x = 1.978 * l - 2.42859 * m + 0.45059 * s
  const y = 0.0259 * l + 0.78277 * m - 0.80868 * s
  const lightness = 0.21045 * l + 0.79362 * m - 0.00407 * s
  return [lightness, Math.hypot(x, y), (Math.atan2(y, x) * 180) / Math.PI]
}

/** The nearest colour of this lightness and hue that a screen can show: chroma gives way. */
export function fromOklch([lightness, chroma, hue]: Oklch): Rgb {
  const angle = (hue * Math.PI) / 180
  for (let c = chroma; ; c = c < 0.004 ? 0 : c * 0.95) {
    const linear = toLinearRgb(lightness, c * Math.cos(angle), c * Math.sin(angle))
    if (c === 0 || linear.every((value) => value > -0.0005 && value < 1.0005)) return map(linear, toValue)
  }
}

function toLinearRgb(lightness: number, x: number, y: number): Rgb {
  const l = (lightness + 0.39634 * x + 0.2158 * y) ** 3
  const m = (lightness - 0.10556 * x - 0.06385 * y) ** 3
  const s = (lightness - 0.08948 * x - 1.29149 * y) ** 3
  return [
    4.07674 * l - 3.30771 * m + 0.23097 * s,
    -1.26844 * l + 2.60976 * m - 0.34132 * s,
    -0.0042 * l - 0.70342 * m + 1.70762 * s,
  ]
}

const toLinear = (value: number) => {
  const part = value / 255
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
}

const toValue = (linear: number) => {
  const part = linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055
  return toByte(part)
}

export const clamp = (value: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, value))

const toByte = (part: number) => Math.round(clamp(part, 0, 1) * 255)

/** `#112233`, `rgb(1, 2, 3)`, `rgba(1, 2, 3, 0.5)`, `color(srgb .1 .2 .3 / .5)`: what browsers and we ourselves write. */
function parsePaint(css: string): Paint | null {
  const hex = /^#[\da-f]{6}$/i.test(css)
  const written = hex
    ? css.match(/[\da-f]{2}/gi)?.map((byte) => `0x${byte}`)
    : css.match(/-?[\d.]+(e-?\d+)?/g)
  const [r = 0, g = 0, b = 0, alpha = 1] = written?.map(Number) ?? []
  const mixed = css.startsWith('color(srgb ')
  if (!hex && !mixed && !/^rgba?\([\d., ]+\)$/.test(css)) return null
  return { rgb: map([r, g, b], (value) => toByte(mixed ? value : value / 255)), alpha }
}

const map = (rgb: Rgb, change: (value: number, at: number) => number): Rgb =>
  rgb.map(change) as unknown as Rgb

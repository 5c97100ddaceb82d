import type { Logo } from '../../src/settings/schema.ts'

/** What the service takes. */
const MOST_BYTES = 40_000
/** Twice what a letter needs, for sharp paper. */
const WIDTH = 640
const HEIGHT = 240
const SCALES = [1, 0.75, 0.5, 0.35, 0.25]
const QUALITIES = [0.9, 0.75, 0.6]

/** Why a file is no logo. */
export type PictureFault = 'wrong-type' | 'unreadable'

/**
 * Makes a PNG or JPEG file small enough for letters and pages. It is painted anew, so nothing but the picture is kept:
 * no place where it was taken, no name of a camera. One with see-through parts stays a PNG.
 */
export async function shrinkPicture(file: File): Promise<Logo | { fault: PictureFault }> {
  if (!['image/png', 'image/jpeg'].includes(file.type)) return { fault: 'wrong-type' }
  const picture = await createImageBitmap(file).catch(() => null)
  if (!picture) return { fault: 'unreadable' }
  const whole = Math.min(1, WIDTH / picture.width, HEIGHT / picture.height)
  for (const scale of SCALES) {
    const canvas = paint(picture, whole * scale)
    const small = await firstThatFits(canvas, isOpaque(canvas))
    if (small) return { mediaType: small.type as Logo['mediaType'], data: await toBase64(small) }
  }
  return { fault: 'unreadable' }
}

function paint(picture: ImageBitmap, scale: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(picture.width * scale))
  canvas.height = Math.max(1, Math.round(picture.height * scale))
  const context = canvas.getContext('2d')
  if (!context) throw new Error('This browser paints nothing')
  context.imageSmoothingQuality = 'high'
  context.drawImage(picture, 0, 0, canvas.width, canvas.height)
  return canvas
}

function isOpaque(canvas: HTMLCanvasElement): boolean {
  const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
  for (let alpha = 3; alpha < pixels.length; alpha += 4) if (pixels[alpha] !== 255) return false
  return true
}

/** PNG first, as drawings stay crisp; a photo is a JPEG where that is the only way. */
async function firstThatFits(canvas: HTMLCanvasElement, opaque: boolean): Promise<Blob | null> {
  const ways = [['image/png', 1], ...(opaque ? QUALITIES.map((quality) => ['image/jpeg', quality]) : [])]
  for (const [type, quality] of ways as [string, number][]) {
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, type, quality))
    if (blob && blob.size <= MOST_BYTES) return blob
  }
  return null
}

async function toBase64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer())
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}

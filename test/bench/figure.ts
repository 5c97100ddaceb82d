/** One promise about speed or size, and whether it holds. `limit` is null for what is only reported. */
export type Figure = { name: string; value: number; limit: number | null; ok: boolean }

export const atMost = (name: string, value: number, limit: number): Figure => ({
  name,
  value: rounded(value),
  limit,
  ok: value <= limit,
})

export const atLeast = (name: string, value: number, limit: number): Figure => ({
  name,
  value: rounded(value),
  limit,
  ok: value >= limit,
})

export const reported = (name: string, value: number): Figure => ({
  name,
  value: rounded(value),
  limit: null,
  ok: true,
})

/** Prints figures as lines of JSON or as a table; answers the exit code. */
export function printFigure(figure: Figure, json: boolean): void {
  const { name, value, limit, ok } = figure
  if (json) return console.log(JSON.stringify({ name, value, limit, ok }))
  const bound = limit === null ? '' : `limit ${limit}`
  console.log(`${ok ? '  ' : '! '}${name.padEnd(44)} ${String(value).padStart(10)}   ${bound}`)
}

export const median = (values: readonly number[]) => percentile(values, 50)

export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? Number.NaN
}

const rounded = (value: number) => Math.round(value * 1000) / 1000

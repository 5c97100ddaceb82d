/** A style sheet as text; the build minifies it. */
declare module '*.css?inline' {
  const text: string
  export default text
}

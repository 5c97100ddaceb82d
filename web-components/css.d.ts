// What the build adds to modules: `*.css?inline` is a style sheet as text.
/// <reference types="vite/client" />

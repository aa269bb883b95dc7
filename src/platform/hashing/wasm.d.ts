// What wrangler makes of an imported .wasm file: a module that is compiled already, since workerd compiles none at run time.
declare module '*.wasm' {
  const module: WebAssembly.Module
  export default module
}

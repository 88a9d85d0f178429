/** Modules that lie beside the files of the package. */

/** Compiles a module that a server sends. */
export async function compiled(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`cutover: ${response.url} answers ${response.status}`);
  // Servers that do not know the type of the file do not let it be compiled while it arrives.
  const type = response.headers.get("content-type")?.split(";")[0]?.trim();
  return type === "application/wasm"
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}

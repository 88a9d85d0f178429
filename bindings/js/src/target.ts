/** Kinds of machines. */

/** The name of this kind of machine, such as `linux-x64-gnu`. */
export function target(): string {
  const { platform, arch } = process;
  if (platform === "linux") return `${platform}-${arch}-${libc()}`;
  return platform === "win32" ? `${platform}-${arch}-msvc` : `${platform}-${arch}`;
}

function libc(): "gnu" | "musl" {
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime === undefined ? "musl" : "gnu";
}

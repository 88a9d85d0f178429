/** When a process of this example ends: on an interrupt, when it is asked to, or when whoever started it is gone. */

/** @param end is called once. */
export function onEnd(end: () => void): void {
  let asked = false;
  const once = () => {
    if (!asked) end();
    asked = true;
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, once);
  // A parent that dies cannot send a signal any more, but its end of the channel closes.
  process.on("disconnect", once);
  // The channel alone is no reason to stay.
  process.channel?.unref();
}

// No engine at all: what the loop costs.
export const how = "no engine: what the timing loop costs itself";
export const packages = [];

export function open() {
  return {
    context: (user) => user,
    isOn: () => true,
    variant: () => "a",
  };
}

// Values with one member changed, for comparing a schema with what the Worker accepts.

const invalidValues = [
  undefined,
  null,
  true,
  7,
  "",
  " ",
  "a b",
  "é",
  "x".repeat(300),
  "\u0007",
  [],
  {},
  [null],
];

/** Yields a value with one member changed, for each of its members: {value, path, to}. */
export function* mutate(value, path = []) {
  if (typeof value !== "object" || value === null) return;
  const copy = (name, member) => {
    const changed = structuredClone(value);
    if (member === undefined && !Array.isArray(changed)) delete changed[name];
    else changed[name] = member;
    return changed;
  };
  for (const name of Object.keys(value)) {
    for (const to of invalidValues) {
      if (Array.isArray(value) && to === undefined) continue;
      yield { value: copy(name, to), path: [...path, name], to };
    }
    for (const inner of mutate(value[name], [...path, name])) {
      yield { ...inner, value: copy(name, inner.value) };
    }
  }
  if (!Array.isArray(value)) yield { value: copy("surplus", 1), path: [...path, "surplus"], to: 1 };
}

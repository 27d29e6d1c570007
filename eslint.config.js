import tseslint from "typescript-eslint";

export default tseslint.config(
  // AssemblyScript has a compiler of its own, and decorators on functions that no TypeScript parser takes
  { ignores: ["dist/", "build/", "assembly/", "node_modules/", "bench/node_modules/", "bench/peers/"] },
  ...tseslint.configs.recommended,
  ...tseslint.configs.stylistic,
  {
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/prefer-for-of": "off",
      "@typescript-eslint/no-empty-function": "off",
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["**/tests/**"], message: "Nothing imports the tests." }] },
      ],
    },
  },
  { files: ["tests/**"], rules: { "no-restricted-imports": "off" } },
  {
    files: ["host/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["**/tools/**"], message: "Hosts stand on their own." }] },
      ],
    },
  },
);

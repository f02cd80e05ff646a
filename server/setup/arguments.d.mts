type Environment = Record<string, string | undefined>
export function readArguments(
  args: string[],
  env: Environment,
): { demo: '0' | '1' | undefined; unknown: string[] }

/**
 * Launch options for Playwright: `env` is the whole environment of the browser (process.env and what it needs more).
 */
export function browserForTests(): Promise<{
  executablePath: string
  args: string[]
  env: Record<string, string | undefined>
}>

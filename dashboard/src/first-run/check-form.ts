// What is wrong with the first account, before the server is asked. The server checks again by its own rules.

export type FirstForm = {
  name: string
  login: string
  password: string
  again: string
  community: string
}
export type Problem = 'name' | 'login' | 'short' | 'simple' | 'differs' | 'community'

/** The same bound as the route `firstRun`; length is what makes a password strong. */
const passwordLengthMin = 10

export function checkForm(form: FirstForm): Partial<Record<keyof FirstForm, Problem>> {
  const password = passwordProblem(form)
  return {
    ...(form.name.trim() ? {} : { name: 'name' as const }),
    ...(/^[a-z0-9._-]{3,32}$/.test(form.login) ? {} : { login: 'login' as const }),
    ...(password ? { password } : {}),
    ...(form.again === form.password ? {} : { again: 'differs' as const }),
    ...(form.community.trim() ? {} : { community: 'community' as const }),
  }
}

function passwordProblem({ password, login, name }: FirstForm): Problem | undefined {
  if (password.length < passwordLengthMin) return 'short'
  const isRepeated = new Set(password).size < 3
  const isName = [login, name.trim()].some((own) => own !== '' && password === own)
  return isRepeated || isName ? 'simple' : undefined
}

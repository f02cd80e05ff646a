declare module 'virtual:routes' {
  import type { RouteName } from '#contract/routes.ts'
  export const routes: Record<RouteName, readonly [method: string, path: string]>
}

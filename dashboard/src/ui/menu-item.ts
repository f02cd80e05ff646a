import type { Component } from 'vue'

/** One act of a menu. `ticked` shows what is chosen now; `apart` draws a line above it. */
export type MenuItem = { key: string; word: string; icon?: Component; ticked?: boolean; apart?: boolean }

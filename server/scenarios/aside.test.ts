import { playAll } from '#testing/scenario-tests.ts'
import { asides } from './aside.ts'

playAll(asides)

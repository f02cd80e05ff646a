import { createApp } from 'vue'
import App from './App.vue'
import { router } from './router.ts'
import './base.css'

createApp(App).use(router).mount('#app')

// Last in the font stack: only a system without Chinese faces fetches slices of it.
void import('@fontsource-variable/noto-sans-sc/wght.css')

import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** What the server of the built page answers at /config.json, for `npm run dev`. */
function runtimeConfig(): Plugin {
  const config = {
    apiUrl: process.env['API_URL'] ?? 'http://127.0.0.1:8000',
    streamUrl: process.env['STREAM_URL'] ?? null,
  };
  return {
    name: 'runtime-config',
    configureServer(server) {
      server.middlewares.use('/config.json', (_, answer) => {
        answer.setHeader('Content-Type', 'application/json');
        answer.end(JSON.stringify(config));
      });
    },
  };
}

export default defineConfig({
  plugins: [react(), tailwindcss(), runtimeConfig()],
  build: { target: 'es2022' },
  test: {
    environment: 'jsdom',
    include: ['tests/**/*.test.{ts,tsx}'],
    setupFiles: ['tests/setup.ts'],
    restoreMocks: true,
    testTimeout: 60_000,
  },
});

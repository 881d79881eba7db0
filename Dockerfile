# syntax-free on purpose: the classic builder, BuildKit and buildah all build it.
FROM python:3.12-slim AS build

WORKDIR /app
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH

# the lock first: this layer is rebuilt only when the lock changes
COPY requirements.lock ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock

COPY pyproject.toml README.md supervisord.conf ./
COPY helix helix
COPY services services
COPY healthcheck healthcheck
# in place: one copy of each module in the image, so none can shadow another
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && python -m compileall -q helix services healthcheck

ARG HELIX_COMMIT=unknown
RUN helix image manifest write --root /app --commit "$HELIX_COMMIT"


FROM python:3.12-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends tini ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 1000 --home-dir /data --create-home helix

COPY --from=build /venv /venv
COPY --from=build /app /app

ENV PATH=/venv/bin:/usr/local/bin:/usr/bin:/bin \
    HELIX_HOME=/data \
    PORT=8080 \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
# a platform that mounts volumes as root (Railway) sets its own user: see the README
USER helix
EXPOSE 8080

HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["helix", "status"]

ENTRYPOINT ["tini", "--"]
CMD ["helix", "up"]

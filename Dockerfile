# One image for web, worker and clock; docker-compose.yml says which of them a container is.
FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --create-home --uid 10001 helmi && mkdir -p /app /data /keys && chown helmi /app /data /keys && chmod 700 /keys
USER helmi
WORKDIR /app

# Packages first: they change more seldom than the rest.
COPY --chown=helmi run requirements.txt ./
RUN ./run setup

COPY --chown=helmi . .
RUN ./run setup \
    && SECRET_KEY=build ALLOWED_HOSTS=build BASE_URL=https://build DATABASE_URL=postgres://build/build \
       REDIS_URL=redis://build EMAIL_URL=smtp://build HELMI_VAR=/data ./run manage collectstatic --noinput --verbosity 0

ENV HELMI_VAR=/data BIND=0.0.0.0 PORT=8000 PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8000
CMD ["./run", "web"]

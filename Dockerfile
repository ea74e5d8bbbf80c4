# The command in a container, as a user without rights:
#   docker build -t cleaner .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/data" cleaner clean crawl/ -o cleaned/
FROM python:3.12-slim AS build
# for the native core
RUN apt-get update -qq && apt-get install -qq -y --no-install-recommends gcc libc6-dev
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY cleaner/ cleaner/
COPY native/ native/
RUN python -m pip wheel --no-cache-dir --wheel-dir /wheels ".[parquet,warc,remote]"

FROM python:3.12-slim
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    python -m pip install --no-cache-dir --no-index --find-links /wheels "cleaner[parquet,warc,remote]"
RUN useradd --create-home --uid 1000 cleaner
USER cleaner
WORKDIR /data
ENTRYPOINT ["cleaner"]
CMD ["--help"]

# The service, with the captioner that comes with the project:
#   docker build --tag captioning .
#   docker run --rm --publish 127.0.0.1:8000:8000 captioning
FROM python:3.11-slim AS build
WORKDIR /source
COPY pyproject.toml README.md ./
COPY data_prep data_prep
COPY captioning captioning
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.11-slim
RUN useradd --system captioning
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir "$(echo /wheels/*.whl)[serve]"
# Unpacked once here, not at each start.
ENV XDG_CACHE_HOME=/opt/cache
RUN python -c 'from captioning import pretrained; pretrained.file()'
USER captioning
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz')"]
CMD ["captioning", "serve", "--host", "0.0.0.0"]

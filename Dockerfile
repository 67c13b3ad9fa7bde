# syntax=docker/dockerfile:1
FROM python:3.12-slim-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends tesseract-ocr tesseract-ocr-vie poppler-utils fonts-texgyre \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/sohoa --create-home sohoa

WORKDIR /opt/sohoa
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN pip install --no-cache-dir -r requirements.lock
COPY api api
COPY dossier dossier
COPY ingest ingest
COPY ocr ocr
COPY signing signing
COPY station station
COPY storage storage
RUN pip install --no-cache-dir --no-deps .

USER sohoa
ENV SOHOA_DATA_DIR=/var/lib/sohoa SOHOA_HOST=0.0.0.0 OMP_THREAD_LIMIT=1
VOLUME /var/lib/sohoa
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/v1/health', timeout=4)"]
CMD ["sohoa", "serve"]

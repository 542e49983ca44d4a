# A server over the data of this checkout: docker build -t provfin . && docker run -p 8000:8000 provfin
FROM python:3.13-slim AS build
WORKDIR /source
COPY requirements requirements
RUN python -m venv /opt/provfin \
 && /opt/provfin/bin/pip install --no-cache-dir --require-hashes -r requirements/runtime.txt -r requirements/build.txt
COPY . .
# What is served is validated here, so that a container starts at once and bad data make no image.
RUN /opt/provfin/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
 && PROVFIN_HOME=/var/lib/provfin /opt/provfin/bin/provfin build

FROM python:3.13-slim
COPY --from=build /opt/provfin /opt/provfin
RUN useradd --system --no-create-home provfin
COPY --from=build --chown=provfin /var/lib/provfin /var/lib/provfin
USER provfin
ENV PATH=/opt/provfin/bin:$PATH PROVFIN_HOME=/var/lib/provfin PROVFIN_HOST=0.0.0.0 PROVFIN_LOG=json
VOLUME /var/lib/provfin
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
CMD ["provfin", "serve"]

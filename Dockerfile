# The bot in an image: nothing runs as root, nothing is written outside /var/lib/mailsettings, and
# no shell is needed. The base is named by minor version, so that a rebuild brings its fixes.
FROM python:3.13-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
RUN python -m venv --without-pip /opt/mailsettings \
 && install --directory --mode=0700 --owner=10001 --group=10001 /state
# The packages before the program: they change less often. Each is checked by its hash.
COPY requirements.lock requirements-build.lock ./
RUN pip --python /opt/mailsettings/bin/python install --require-hashes --only-binary=:all: \
      --requirement=requirements.lock \
 && pip install --require-hashes --only-binary=:all: --requirement=requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY storage storage
RUN pip wheel --no-deps --no-index --no-build-isolation --wheel-dir=/wheels . \
 && pip --python /opt/mailsettings/bin/python install --no-deps --no-index /wheels/*.whl \
 && /opt/mailsettings/bin/python -m compileall -q /opt/mailsettings/lib

FROM python:3.13-slim-trixie
LABEL org.opencontainers.image.title="Mail Settings for Slack" \
      org.opencontainers.image.description="Connects a Slack workspace to a mail server, and shows that mail really works." \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/mailsettings /opt/mailsettings
# SQLite's database and keyring, where they are used. As a volume they outlive the container.
COPY --from=build --chown=10001:10001 /state /var/lib/mailsettings
VOLUME ["/var/lib/mailsettings"]
# slack_sdk asks for a home at import, and this user has none in /etc/passwd.
ENV PATH=/opt/mailsettings/bin:/usr/local/bin:/usr/bin:/bin \
    HOME=/var/lib/mailsettings \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=3000 \
    MAILSETTINGS_DATA_DIR=/var/lib/mailsettings
USER 10001:10001
EXPOSE 3000
# Not urllib: a proxy that the environment names would be asked for our own address.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=4); c.request('GET', '/livez'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["mailsettings"]
CMD ["run"]

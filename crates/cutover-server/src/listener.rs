//! Connections: as many as are allowed, with TLS where it is asked for, and no longer than a client takes to say what it wants.

use crate::app::App;
use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::io::{Error, ErrorKind};
use std::net::IpAddr;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tower_service::Service as _;

/// How long a client may take to say its headers, and to shake hands.
const PATIENCE: Duration = Duration::from_secs(10);

/// What shakes hands.
#[derive(Clone)]
pub(crate) struct Tls(TlsAcceptor);

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls")
    }
}

/// TLS with a certificate chain and a key of PEM files.
pub(crate) fn tls(chain: &Path, key: &Path) -> std::io::Result<Tls> {
    let wrong = |error: &dyn std::fmt::Display| Error::new(ErrorKind::InvalidData, error.to_string());
    let read = |error: rustls_pki_types::pem::Error| wrong(&error);
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(chain).map_err(read)?.collect();
    let key = PrivateKeyDer::from_pem_file(key).map_err(read)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(&error))?
        .with_no_client_auth()
        .with_single_cert(chain.map_err(read)?, key)
        .map_err(|error| wrong(&error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Tls(TlsAcceptor::from(Arc::new(config))))
}

/// Who is at the other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The connections of a server.
#[derive(Clone)]
pub(crate) struct Connections {
    app: Arc<App>,
    tls: Option<Tls>,
    graceful: Arc<Mutex<Option<GracefulShutdown>>>,
}

impl Connections {
    pub(crate) fn new(app: Arc<App>, tls: Option<Tls>) -> Self {
        Self { app, tls, graceful: Arc::new(Mutex::new(Some(GracefulShutdown::new()))) }
    }

    /// Takes connections.
    pub(crate) async fn serve(&self, listener: TcpListener, router: Router) {
        let allowed = Arc::new(Semaphore::new(self.app.options.connections));
        loop {
            let (stream, peer) = match listener.accept().await {
                Ok((stream, address)) => (stream, Peer(address.ip())),
                // Such as too many open files: others end meanwhile.
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let Ok(permit) = allowed.clone().try_acquire_owned() else {
                self.app.metrics.refused_connections.fetch_add(1, Ordering::Relaxed);
                continue;
            };
            let _ = stream.set_nodelay(true);
            let (connections, router) = (self.clone(), router.clone());
            tokio::spawn(async move {
                match connections.tls.clone() {
                    None => connections.talk(stream, peer, router).await,
                    Some(Tls(acceptor)) => {
                        let shaken = tokio::time::timeout(PATIENCE, acceptor.accept(stream)).await;
                        if let Ok(Ok(stream)) = shaken {
                            connections.talk(stream, peer, router).await;
                        }
                    }
                }
                drop(permit);
            });
        }
    }

    async fn talk(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        peer: Peer,
        router: Router,
    ) {
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            router.clone().call(request)
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE)
            // What is read at once at the most: ten thousand clients that only listen are to cost little.
            .max_buf_size(64 * 1024)
            .serve_connection(TokioIo::new(stream), service);
        let watched = {
            let graceful = self.graceful.lock().unwrap_or_else(PoisonError::into_inner);
            graceful.as_ref().map(GracefulShutdown::watcher)
        };
        match watched {
            // Whoever hangs up has nothing to be told.
            Some(watcher) => drop(watcher.watch(connection).await),
            None => drop(connection.await),
        }
    }

    /// Lets what is under way end, for a while.
    pub(crate) async fn end(&self, grace: Duration) {
        let graceful = self.graceful.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(graceful) = graceful {
            let _ = tokio::time::timeout(grace, graceful.shutdown()).await;
        }
    }
}

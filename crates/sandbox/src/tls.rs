//! A certificate authority made at the start, which nobody trusts until it is told to.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, SanType};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

/// What encrypted servers need.
pub(crate) struct Tls {
    pub(crate) acceptor: TlsAcceptor,
    /// The authority's certificate, for those who are to trust it.
    pub(crate) ca_pem: String,
}

impl Tls {
    /// Makes an authority and a certificate of it for this machine.
    pub(crate) fn generate() -> io::Result<Self> {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority
            .distinguished_name
            .push(DnType::CommonName, "Practice authority");
        let authority_key = KeyPair::generate().map_err(io::Error::other)?;
        let ca_pem = authority
            .self_signed(&authority_key)
            .map_err(io::Error::other)?
            .pem();

        let mut server =
            CertificateParams::new(vec!["localhost".to_owned()]).map_err(io::Error::other)?;
        server
            .subject_alt_names
            .push(SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        let server_key = KeyPair::generate().map_err(io::Error::other)?;
        let issuer = Issuer::new(authority, authority_key);
        let certificate = server
            .signed_by(&server_key, &issuer)
            .map_err(io::Error::other)?;

        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(server_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .map_err(io::Error::other)?;
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            ca_pem,
        })
    }
}

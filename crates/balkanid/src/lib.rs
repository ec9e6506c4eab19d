//! What BalkanID says: bulk files, public API, submission and status.

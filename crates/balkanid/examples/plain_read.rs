//! Reads CSV files with the csv crate and looks at nothing: what `cargo xtask bench` holds the look
//! at a million rows against.

#![allow(clippy::print_stdout, reason = "it is run by hand and by the bench")]

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut rows = 0_u64;
    for file in std::env::args_os().skip(1) {
        let mut reader = csv::ReaderBuilder::new().from_path(file)?;
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record)? {
            rows += 1;
        }
    }
    println!("{rows}");
    Ok(())
}

//! Any file is looked through to its end, and as many problems are told as are counted.

#![no_main]

use std::ops::ControlFlow;

use bbsetup_balkanid::files::{FileKind, Source, Told, look};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], &[u8])| {
    let (entities, relations) = input;
    let below =
        |kind: FileKind, bytes: &[u8]| [kind.columns().join(",").as_bytes(), b"\n", bytes].concat();
    let files = [
        below(FileKind::Entities, entities),
        below(FileKind::Relations, relations),
        relations.to_vec(),
    ];
    let sources: Vec<&dyn Source> = files.iter().map(|file| file as &dyn Source).collect();
    let mut told = 0;
    let looked = look(&sources, &mut |what| {
        told += u64::from(matches!(what, Told::Problem(_)));
        ControlFlow::Continue(())
    });
    let Ok(looked) = looked else {
        panic!("memory is readable");
    };
    let counted: u64 = looked
        .files
        .iter()
        .map(|file| file.errors + file.warnings)
        .sum();
    assert_eq!(told, counted);
});

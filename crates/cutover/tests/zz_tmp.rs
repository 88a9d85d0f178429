use std::io::Read;
#[test]
fn t() {
    let mut s = String::new();
    std::io::stdin().read_to_string(&mut s).unwrap();
    let i = cutover::import::import(cutover::import::Kind::FeatureConfig, s.as_bytes(), &Default::default());
    let n = std::time::Instant::now();
    let i2 = cutover::import::import(cutover::import::Kind::FeatureConfig, s.as_bytes(), &Default::default());
    eprintln!("{:?} {} diags", n.elapsed(), i2.diagnostics.len());
    std::fs::write("/tmp/zz.yaml", i.ruleset.unwrap_or_else(|| format!("{:?}", &i.diagnostics[..3.min(i.diagnostics.len())]))).unwrap();
}
